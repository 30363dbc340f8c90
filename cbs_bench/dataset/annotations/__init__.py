"""Boxes on scans as laboratories draw them: COCO, YOLO, LabelMe, PAGE XML and ALTO."""
